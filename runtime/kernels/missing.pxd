# The one missing value of each kind: NaN for floats, the smallest int64 for everything else.
from libc.stdint cimport int64_t

cdef extern from *:
    """
    #define TRADEC_NAN (__builtin_nan(""))
    #define TRADEC_MISSING ((int64_t)(-9223372036854775807LL - 1LL))
    """
    const double NAN "TRADEC_NAN"
    const int64_t MISSING "TRADEC_MISSING"
