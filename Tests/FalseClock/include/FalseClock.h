// The library is preloaded, not called: see FalseClock.c.
