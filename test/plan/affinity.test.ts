import { validateManifests } from '../../plan/validate-manifests';
import { documents, manifestSet, sentences } from './example';

const TERM = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const nodes = (...matchExpressions: object[]) => ({
  nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions }] } },
});

const SOUND = {
  nodeAffinity: {
    [REQUIRED]: {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: 'zone', operator: 'In', values: ['a', 'b'] },
            { key: 'example.com/gpu', operator: 'DoesNotExist' },
            { key: 'generation', operator: 'Gt', values: ['3'] },
          ],
          matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node-1'] }],
        },
      ],
    },
    [PREFERRED]: [{ weight: 100, preference: { matchExpressions: [{ key: 'ssd', operator: 'Exists' }] } }],
  },
  podAffinity: { [PREFERRED]: [{ weight: 1, podAffinityTerm: { ...TERM, namespaceSelector: {} } }] },
  podAntiAffinity: { [REQUIRED]: [{ ...TERM, namespaces: ['apps'], matchLabelKeys: ['release'] }] },
};

test.each(['targetAffinity', 'convertorAffinity'])('a sound %s is read as it is', (field) => {
  expect(manifestSet({ plan: { [field]: SOUND } }).plan.spec).toMatchObject({ [field]: SOUND });
});

const AT =
  'nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]';
const ANTI = 'podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution';

test.each<[object, string]>([
  [
    nodes({ key: 'zone', operator: 'In' }),
    `${AT}.values: is missing; give at least one value: the operator is In`,
  ],
  [
    nodes({ key: 'zone', operator: 'Exists', values: ['a'] }),
    `${AT}.values: is a list; remove it: the operator Exists has no values`,
  ],
  [
    nodes({ key: 'n', operator: 'Gt', values: ['x'] }),
    `${AT}.values: is a list; give one whole number in quotes: the operator is Gt`,
  ],
  [
    nodes({ key: 'zone', operator: 'Like' }),
    `${AT}.operator: is "Like"; give one of: In, NotIn, Exists, DoesNotExist, Gt, Lt`,
  ],
  [nodes({ key: '-', operator: 'Exists' }), `${AT}.key: is "-"; give a key as example.com/team or team`],
  [{ nodeAfinity: {} }, 'has no field "nodeAfinity"; remove it'],
  [{ podAntiAffinity: { [REQUIRED]: [{}] } }, `${ANTI}[0].topologyKey: is missing; give a text`],
  [{ podAntiAffinity: { [REQUIRED]: Array(21).fill(TERM) } }, `${ANTI}: is a list; give at most 20 entries`],
])('%j is refused', (targetAffinity, sentence) => {
  const { problems, set } = validateManifests(documents({ plan: { targetAffinity } }));
  expect(set).toBeNull();
  const place = sentence.startsWith('has')
    ? 'Plan/mtv/wave-1: spec.targetAffinity: '
    : 'Plan/mtv/wave-1: spec.targetAffinity.';
  expect(sentences(problems)[0]).toContain(`${place}${sentence}`);
});

test('an affinity that is too long is refused', () => {
  const values = Array.from({ length: 20 }, (_, place) => `${'v'.repeat(58)}${place}`);
  const many = nodes(...Array.from({ length: 8 }, () => ({ key: 'zone', operator: 'In', values })));
  const { problems } = validateManifests(documents({ plan: { convertorAffinity: many } }));
  expect(sentences(problems)).toEqual([
    'Plan/mtv/wave-1: spec.convertorAffinity: is a group of fields; give at most 8192 characters, written as JSON',
  ]);
});
