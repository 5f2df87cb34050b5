"""The family `saturating_accumulator`: a saturating accumulator."""
