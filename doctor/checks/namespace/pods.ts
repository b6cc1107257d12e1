import { type Check, critical, fine, judged } from '../../check';

export const pods: Check = {
  id: 'pods',
  looksAt:
    'what quotas, LimitRanges, pod security, constraints and webhooks say to a dry run of each Pod and claim that a migration of a small VM makes',
  judge: ({ namespace }) => {
    if (namespace === null || namespace.trials.length === 0) return [];
    const refused = namespace.trials.flatMap(({ refusal }) =>
      judged(refusal, (said) =>
        said === null
          ? []
          : critical(
              said,
              'change the rule of the namespace that these words name, or ask for less in podResources of the plan',
            ),
      ),
    );
    if (refused.length === 0)
      return fine(`the namespace would admit ${namespace.trials.map(({ title }) => title).join(', ')}`);
    // One rule, or one right that is missing, meets many of them in the same words.
    return refused.filter(({ found }, place) => refused.findIndex((one) => one.found === found) === place);
  },
};
