"""What may enter: intake checks specs, opens studies, carries out their owners' commands and closes them."""
