#include <zlib.h>

// Macros that Swift does not import. Raw deflate, as zip archives hold it.
static inline int cordon_zlib_inflate_raw(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
