"""What an STM32 has beside its core, one subject each."""
