# expect: NO_IMPROVEMENT,UNVERIFIED: gcc's own code is as fast as itself, and that is no gain
@{given}
