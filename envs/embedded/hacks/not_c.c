// expect: COMPILATION_ERROR: this is no C
def main():
    pass
