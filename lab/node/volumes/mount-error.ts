/** The node can't mount a volume (yet): the Pod stays in ContainerCreating, and an event FailedMount says why. */
export class MountError extends Error {}
