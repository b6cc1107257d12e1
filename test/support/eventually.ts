/** For what the cluster does in its own time, and tells no one of. */
export async function eventually<T>(look: () => Promise<T | null | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found != null) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
