"""The table of retCodes: one case for every code, written down again from bybit.md 5.3."""

import pytest

from tradec.runtime.bybit.retcodes import TABLE, row_of

WANTED = """
0 ok done
10002 clock retry | -1 clock retry
10006 rate retry | 429 rate retry | 10429 rate retry | 10019 rate retry | 10403 rate retry
170005 rate retry | 170222 rate retry
10000 server retry | 10016 server retry | 170001 server retry | 170007 server retry
170032 server retry | 170146 server retry | 170147 server retry | 170310 server retry
500000 server retry
10014 duplicate_request look_up
110072 duplicate_link look_up | 170141 duplicate_link look_up
110043 unchanged done | 110025 unchanged done | 110026 unchanged done | 34040 unchanged done
110001 order_gone refresh | 110008 order_gone refresh | 110010 order_gone refresh
170213 order_gone refresh | 170139 order_gone refresh | 170142 order_gone refresh
170143 order_gone refresh
110079 order_busy retry | 40004 order_busy retry | 170191 order_busy retry
110017 already_flat refresh
110034 no_position refresh | 110033 no_position refresh
110004 funds refuse | 110006 funds refuse | 110007 funds refuse | 110012 funds refuse
110044 funds refuse | 110045 funds refuse | 110051 funds refuse | 110052 funds refuse
110053 funds refuse | 170131 funds refuse | 170033 funds refuse
110003 price refuse | 110120 price refuse | 110121 price refuse | 30208 price refuse
30209 price refuse | 170132 price refuse | 170133 price refuse | 170371 price refuse
170372 price refuse
110092 stop_crossed refuse | 110093 stop_crossed refuse
110094 too_small refuse | 170140 too_small refuse | 170136 too_small refuse
110009 too_many refuse | 110020 too_many refuse | 110061 too_many refuse
110011 would_liquidate refuse | 110039 would_liquidate refuse | 110040 would_liquidate refuse
110046 would_liquidate refuse
110013 risk_tier refuse | 110086 risk_tier refuse | 110089 risk_tier refuse
110090 risk_tier refuse | 110021 risk_tier refuse
110024 mode_switch stop | 110028 mode_switch stop | 110029 mode_switch stop
110023 restricted pause | 110042 restricted pause | 110063 restricted pause
110066 restricted pause | 110074 restricted pause | 110095 restricted pause
30228 restricted pause
110124 cooling_off pause
10003 fatal stop | 10004 fatal stop | 10005 fatal stop | 10007 fatal stop | 10009 fatal stop
10010 fatal stop | 10024 fatal stop | 10027 fatal stop | 10028 fatal stop | 10029 fatal stop
33004 fatal stop | -2015 fatal stop | 110088 fatal stop | 110123 fatal stop | 110125 fatal stop
10001 parameter refuse
10032 unavailable refuse
99999 unknown refuse
"""
CASES = [tuple(case.split()) for case in WANTED.replace("|", "\n").strip().splitlines()]


@pytest.mark.parametrize(("code", "meaning", "action"), CASES)
def test_a_code_has_one_meaning_and_one_action(code: str, meaning: str, action: str) -> None:
    row = row_of(int(code))
    assert (row.meaning, row.action) == (meaning, action)


def test_the_table_holds_no_code_twice_and_none_that_has_no_case() -> None:
    codes = [code for row in TABLE for code in row.codes]
    assert len(codes) == len(set(codes))
    assert {int(code) for code, *_ in CASES} - {99999} == set(codes)


def test_a_parameter_error_that_says_not_modified_is_no_error() -> None:
    assert row_of(10001, "Stop loss not modified").meaning == "unchanged"
    assert row_of(10001, "tpslMode is required").meaning == "parameter"
