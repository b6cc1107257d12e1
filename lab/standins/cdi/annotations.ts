/**
 * The annotations of a claim by which CDI's two controllers exchange an import's source and state.
 * Source (kubevirt/containerized-data-importer at 52bb77c): pkg/controller/common/util.go.
 */

const STORAGE = 'cdi.kubevirt.io/storage';

export const USE_POPULATOR = `${STORAGE}.usePopulator`;
/** Present: the import does not wait for a consumer of the claim. */
export const BIND_IMMEDIATELY = `${STORAGE}.bind.immediate.requested`;
export const RETAIN_POD = `${STORAGE}.pod.retainAfterCompletion`;

export const CONTENT_TYPE = `${STORAGE}.contentType`;
export const CREATED_FOR = `${STORAGE}.createdForDataVolume`;
export const PREALLOCATION = `${STORAGE}.preallocation.requested`;

export const SOURCE = `${STORAGE}.import.source`;
export const ENDPOINT = `${STORAGE}.import.endpoint`;
export const SECRET_NAME = `${STORAGE}.import.secretName`;
/** Name of a ConfigMap with the authorities by which the importer verifies vCenter. */
export const CERT_CONFIG_MAP = `${STORAGE}.import.certConfigMap`;
export const BACKING_FILE = `${STORAGE}.import.backingFile`;
export const UUID = `${STORAGE}.import.uuid`;
export const THUMBPRINT = `${STORAGE}.import.vddk.thumbprint`;
export const IMPORT_POD = `${STORAGE}.import.importPodName`;
export const VDDK_IMAGE = `${STORAGE}.pod.vddk.initimageurl`;

/** ServiceAccount of the importer. */
export const POD_ACCOUNT = `${STORAGE}.pod.serviceAccountName`;

/** Name of a ConfigMap with options of VDDK. */
export const EXTRA_ARGS = `${STORAGE}.pod.vddk.extraargs`;

export const POD_PHASE = `${STORAGE}.pod.phase`;
export const POD_SCHEDULABLE = `${STORAGE}.pod.schedulable`;
/** From which host the importer read, and by which VDDK. */
export const VDDK_HOST = `${STORAGE}.pod.vddk.host`;
export const VDDK_VERSION = `${STORAGE}.pod.vddk.version`;
export const POD_RESTARTS = `${STORAGE}.pod.restarts`;
export const RUNNING = `${STORAGE}.condition.running`;
export const RUNNING_MESSAGE = `${RUNNING}.message`;
export const RUNNING_REASON = `${RUNNING}.reason`;
export const BOUND = `${STORAGE}.condition.bound`;
export const BOUND_MESSAGE = `${BOUND}.message`;
export const BOUND_REASON = `${BOUND}.reason`;

/**
 * Labels that CDI puts on each object that it makes. They replace the DataVolume's labels of these names: the claim of
 * a user's DataVolume says that CDI manages it.
 */
export const CDI_LABELS: Readonly<Record<string, string>> = {
  'app.kubernetes.io/component': 'storage',
  'app.kubernetes.io/managed-by': 'cdi-controller',
};

export const APP_LABEL = { app: 'containerized-data-importer' } as const;
