/** The examination can't begin, and that says nothing about the cluster. */
export class DoctorRefusal extends Error {
  override readonly name = 'DoctorRefusal';
}
