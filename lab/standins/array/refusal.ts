/** A request that the array can't serve; `status` is HTTP's. */
export class ArrayRefusal extends Error {
  constructor(
    readonly status: 400 | 404 | 409,
    message: string,
  ) {
    super(message);
  }
}
