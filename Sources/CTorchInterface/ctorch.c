#include "ctorch.h"

// SwiftPM wants a source file in every C target; the interface itself is the header.
typedef int ctorch_interface_has_no_code;
