#ifndef CORDON_CLINUX_H
#define CORDON_CLINUX_H

#include "CLinuxSensors.h"

#endif
