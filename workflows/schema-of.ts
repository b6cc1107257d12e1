/** Schemas that can't drift from the types that they describe: the compiler compares both ways. */
import type { z } from 'zod';

/** `schemaOf<T>()(schema)` compiles only where the schema's values and T are the same. */
export function schemaOf<T>() {
  return <S extends z.ZodType<T>>(schema: S & (T extends z.infer<S> ? unknown : never)): S => schema;
}
