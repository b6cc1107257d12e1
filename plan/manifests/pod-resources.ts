/** `spec.drover.podResources`: what Drover's Pods ask of their nodes. */
import type { z } from 'zod';
import { exceeds, type GivenResources, POD_RESOURCES, quantity } from '../pod-resources';
import { fields } from './fields';

const amounts = fields({
  cpu: quantity.optional(),
  memory: quantity.optional(),
  'ephemeral-storage': quantity.optional(),
});

const resources = fields({ requests: amounts.prefault({}), limits: amounts.prefault({}) });
const given = resources.superRefine(requireOrder).prefault({});

export const podResourcesSchema = fields({
  /** The Pod that binds a VM's volumes. */
  binder: given,
  /** The Pod that asks the conversion image for drivers. */
  probe: given,
  /** Each copy by an offload plugin. */
  plugin: given,
  /** The Pod that runs virt-v2v-in-place. */
  conversion: given,
  /** Each hook. */
  hook: given,
});

function requireOrder({ requests, limits }: GivenResources, context: z.RefinementCtx): void {
  for (const name of POD_RESOURCES) {
    const [request, limit] = [requests[name], limits[name]];
    if (request === undefined || limit === undefined || !exceeds(request, limit)) continue;
    const message = `give at least what requests.${name} has`;
    context.addIssue({ code: 'custom', path: ['limits', name], message });
  }
}
