"""placeholder"""
def result_text(found): return ""
