"""placeholder"""
def up(): return {}
