# What a condition was over the last samples (play-language.md 9.7): O(1) a step, no sample lost.
#
# Samples are `stride` steps apart, so that `stride` windows are counted side by side, one a phase.
# A sample is yes, no or neither. `phases` holds two numbers a phase, all zero before the first step.
from libc.stdint cimport int64_t, uint64_t

ctypedef struct Streak:     # of `samples` samples all were yes, or some was no
    int64_t whole
    int64_t broken
    int64_t phase

ctypedef struct Tally:      # of `samples` samples `least` were yes, or can no longer be
    int64_t enough
    int64_t short
    int64_t phase
    int64_t place           # of the present sample in the ring

cdef enum:
    NEITHER = 0
    YES = 1
    NO = 2
    IN_WORD = 32            # samples of two bits in a word of the ring


cdef inline void streak_step(Streak* s, int64_t* phases, int64_t samples, int64_t stride, bint yes,
                             bint no) noexcept nogil:
    """Take one sample; `phases` holds how long it has been yes, and how long a no still counts."""
    cdef int64_t* run = phases + 2 * s.phase
    run[0] = run[0] + (run[0] < samples) if yes else 0
    run[1] = samples if no else run[1] - (run[1] > 0)
    s.whole = run[0] == samples
    s.broken = run[1] > 0
    s.phase = s.phase + 1 if s.phase + 1 < stride else 0


cdef inline void tally_step(Tally* s, int64_t* phases, int64_t* ring, int64_t samples,
                            int64_t stride, int64_t least, bint yes, bint no) noexcept nogil:
    """Take one sample; `phases` counts yes and no, `ring` holds samples * stride of them."""
    cdef int64_t* counts = phases + 2 * s.phase
    cdef uint64_t* word = <uint64_t*>ring + s.place // IN_WORD
    cdef int64_t shift = 2 * (s.place % IN_WORD)
    cdef uint64_t old = (word[0] >> shift) & 3
    cdef uint64_t new = YES if yes else NO if no else NEITHER
    counts[0] += <int64_t>(new == YES) - <int64_t>(old == YES)
    counts[1] += <int64_t>(new == NO) - <int64_t>(old == NO)
    word[0] ^= (old ^ new) << shift
    s.enough = counts[0] >= least
    s.short = counts[1] > samples - least
    s.phase = s.phase + 1 if s.phase + 1 < stride else 0
    s.place = s.place + 1 if s.place + 1 < samples * stride else 0
