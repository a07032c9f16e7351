# What the C compiler should know: which way a branch goes in the steady state, and that a choice
# between two numbers is one instruction and no branch (Cython's own conditional compiles to one).
from libc.stdint cimport int64_t

cdef extern from *:
    """
    #define TRADEC_LIKELY(condition) __builtin_expect(!!(condition), 1)
    #define TRADEC_CHOSEN(condition, a, b) ((condition) ? (a) : (b))
    #define TRADEC_LARGER(a, b) ((a) > (b) ? (a) : (b))
    #define TRADEC_SMALLER(a, b) ((a) < (b) ? (a) : (b))
    """
    int64_t chosen "TRADEC_CHOSEN"(bint condition, int64_t a, int64_t b) noexcept nogil
    bint likely "TRADEC_LIKELY"(bint condition) noexcept nogil
    double larger "TRADEC_LARGER"(double a, double b) noexcept nogil    # b where one is NaN
    double smaller "TRADEC_SMALLER"(double a, double b) noexcept nogil  # b where one is NaN
