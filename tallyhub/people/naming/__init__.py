"""Who was a support contact when: the dated history behind the number that is named (R2.3)."""
