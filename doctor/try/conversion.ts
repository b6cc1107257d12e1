/** Whether the conversion image starts, and what it holds: see `images/conversion/probe.ts`. */
import { z } from 'zod';
import { podResources } from '../../plan/pod-resources';
import type { TriedConversion } from '../facts';
import { runJob, wordsAs } from './run-pod';
import type { Scratch } from './scratch';

const answerSchema = z.object({ virtioWin: z.boolean(), converter: z.string().nullable() });

export async function tryConversion(scratch: Scratch, image: string): Promise<TriedConversion> {
  const outcome = await runJob(scratch, {
    name: 'conversion',
    container: {
      image,
      args: ['probe'],
      volumeMounts: [{ name: 'temporary', mountPath: '/var/tmp' }],
      resources: { ...podResources('probe', undefined) },
    },
    volumes: [{ name: 'temporary', emptyDir: {} }],
  });
  const answer = outcome.ok ? wordsAs(answerSchema, outcome) : null;
  if (answer === null) return { image, why: outcome.said === '' ? 'it says nothing' : outcome.said };
  return { image, why: null, ...answer };
}
