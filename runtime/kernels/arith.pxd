# cython: cdivision=True
# The arithmetic of the language on raw values (formulas: arith.py).
from libc.math cimport fmod
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport MISSING, NAN

cdef extern from *:
    """
    #define TRADEC_ADD(a, b, r) __builtin_add_overflow((a), (b), (r))
    #define TRADEC_SUB(a, b, r) __builtin_sub_overflow((a), (b), (r))
    #define TRADEC_MUL(a, b, r) __builtin_mul_overflow((a), (b), (r))
    """
    bint add_overflows "TRADEC_ADD"(int64_t a, int64_t b, int64_t* result) noexcept nogil
    bint sub_overflows "TRADEC_SUB"(int64_t a, int64_t b, int64_t* result) noexcept nogil
    bint mul_overflows "TRADEC_MUL"(int64_t a, int64_t b, int64_t* result) noexcept nogil

cdef inline double finite(double x) noexcept nogil:
    return x if x - x == 0.0 else NAN

cdef inline double f64(int64_t a) noexcept nogil:
    return NAN if a == MISSING else <double>a

cdef inline double div_true(double a, double b) noexcept nogil:
    return NAN if b == 0.0 else finite(a / b)

cdef inline double mod_floor(double a, double b) noexcept nogil:
    cdef double rest
    if b == 0.0:
        return NAN
    rest = fmod(a, b)
    if rest == 0.0:
        return -0.0 if b < 0.0 else 0.0
    if (rest < 0.0) != (b < 0.0):
        rest += b
    return finite(rest)

cdef inline int64_t mod_i64(int64_t a, int64_t b) noexcept nogil:
    cdef int64_t rest
    if a == MISSING or b == MISSING or b == 0:
        return MISSING
    rest = a % b
    return rest + b if rest != 0 and (rest < 0) != (b < 0) else rest

cdef inline int64_t add_i64(int64_t a, int64_t b) noexcept nogil:
    cdef int64_t result
    if a == MISSING or b == MISSING or add_overflows(a, b, &result):
        return MISSING
    return result

cdef inline int64_t sub_i64(int64_t a, int64_t b) noexcept nogil:
    cdef int64_t result
    if a == MISSING or b == MISSING or sub_overflows(a, b, &result):
        return MISSING
    return result

cdef inline int64_t mul_i64(int64_t a, int64_t b) noexcept nogil:
    cdef int64_t result
    if a == MISSING or b == MISSING or mul_overflows(a, b, &result):
        return MISSING
    return result

cdef inline int64_t neg_i64(int64_t a) noexcept nogil:
    return MISSING if a == MISSING else -a

cdef inline int64_t abs_i64(int64_t a) noexcept nogil:
    return -a if a < 0 and a != MISSING else a

cdef inline int64_t min_i64(int64_t a, int64_t b) noexcept nogil:   # MISSING is below all others
    return b if b < a else a

cdef inline int64_t max_i64(int64_t a, int64_t b) noexcept nogil:
    if a == MISSING or b == MISSING:
        return MISSING
    return b if b > a else a

cdef inline double min_f64(double a, double b) noexcept nogil:
    if a != a or b != b:
        return NAN
    return b if b < a else a

cdef inline double max_f64(double a, double b) noexcept nogil:
    if a != a or b != b:
        return NAN
    return b if b > a else a
