/** A volume can't be mounted (yet): the Pod stays in ContainerCreating, and an event FailedMount says why. */
export class MountError extends Error {}
