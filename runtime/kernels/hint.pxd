# Tells the C compiler which way a branch goes in the steady state.
cdef extern from *:
    """
    #define TRADEC_LIKELY(condition) __builtin_expect(!!(condition), 1)
    """
    bint likely "TRADEC_LIKELY"(bint condition) noexcept nogil
