# bench: -
# by: ice40
