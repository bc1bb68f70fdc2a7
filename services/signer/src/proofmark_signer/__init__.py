"""The signer signs every artifact and seals the evidence of a study. It says who vouches, not what is true."""
