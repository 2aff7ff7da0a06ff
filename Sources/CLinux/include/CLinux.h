#ifndef CORDON_CLINUX_H
#define CORDON_CLINUX_H

#include "CLinuxCapture.h"
#include "CLinuxContainment.h"
#include "CLinuxDescriptors.h"
#include "CLinuxPrograms.h"
#include "CLinuxSensors.h"

#endif
