#ifndef CORDON_CLINUX_H
#define CORDON_CLINUX_H
#endif
