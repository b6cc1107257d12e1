/**
 * For servers written in Go: they collect garbage when their heap has grown to nine times what lives in it, not to
 * twice, and as eagerly as ever beyond a GiB. That trades memory, of which a lab needs little, for CPU time.
 */
export const SPARING_GO = { GOGC: '800', GOMEMLIMIT: '1GiB' } as const;
