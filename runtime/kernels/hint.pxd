# What the C compiler should know: which way a branch goes in the steady state, and that a choice
# between two numbers is one instruction and no branch (Cython's own conditional compiles to one).
cdef extern from *:
    """
    #define TRADEC_LIKELY(condition) __builtin_expect(!!(condition), 1)
    #define TRADEC_LARGER(a, b) ((a) > (b) ? (a) : (b))
    #define TRADEC_SMALLER(a, b) ((a) < (b) ? (a) : (b))
    """
    bint likely "TRADEC_LIKELY"(bint condition) noexcept nogil
    double larger "TRADEC_LARGER"(double a, double b) noexcept nogil    # b where one is NaN
    double smaller "TRADEC_SMALLER"(double a, double b) noexcept nogil  # b where one is NaN
