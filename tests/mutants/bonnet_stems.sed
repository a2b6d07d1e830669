# bench: -
# by: chip
