/**
 * How a Pod asks service meshes to be left alone: a proxy in it would not end with our container, and a Job whose Pod
 * goes on never completes.
 *
 * Istio's and Linkerd's annotations as CDI sets them on its own Pods (containerized-data-importer,
 * pkg/controller/common/util.go: AnnPodSidecarInjectionIstio, AnnPodSidecarInjectionLinkerd). Newer versions of Istio,
 * and Kuma, look at labels.
 */
export const NO_SIDECARS = {
  labels: { 'sidecar.istio.io/inject': 'false', 'kuma.io/sidecar-injection': 'disabled' },
  annotations: {
    'sidecar.istio.io/inject': 'false',
    'linkerd.io/inject': 'disabled',
    'consul.hashicorp.com/connect-inject': 'false',
  },
} as const;
