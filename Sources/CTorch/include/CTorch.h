// The library has one exported symbol, `ctorch_api`, found with dlsym; its types are in ctorch.h
// of CTorchInterface. Nothing imports this target.
