/** The planner of a test, which answers with frozen VMs, as waves ask it: in outline first, then page by page. */
import { ApplicationFailure } from '@temporalio/common';
import type {
  FreezeRequest,
  FrozenPage,
  OutlinePage,
  OutlineRequest,
  PlanningActivities,
  ResolvedPage,
} from '../../activities/interfaces';
import { type OutlineRow, outlineRow } from '../../plan/outline';
import { type Problem, refuses } from '../../plan/problem';

type Planner = Pick<PlanningActivities, 'resolvePlan'>;

export class FakePlans {
  /** What pages asked for, in order. */
  readonly freezes: FreezeRequest[] = [];
  /** What is wrong with a page as its VMs are to be frozen. */
  problemsOf: (request: FreezeRequest) => Problem[] = () => [];
  /** All that was ever resolved, by moref. */
  private readonly known = new Map<string, Pick<FrozenPage, 'vms' | 'migrated'>>();

  constructor(private readonly planner: () => Planner) {}

  async outline({ manifests, only, again = [] }: OutlineRequest): Promise<OutlinePage> {
    const pages = await this.resolve({ manifests, ...(only !== undefined && { only }), again });
    const [first] = pages as [ResolvedPage];
    const problems = pages.flatMap((page) => page.problems);
    const roles = new Map(pages.flatMap((page) => page.roles ?? []).map((role) => [role.moref, role]));
    const entries = pages.flatMap(({ vms, migrated = [] }) => [
      ...migrated.map((vm) => ({ migrated: vm, moref: vm.vm.moref })),
      ...vms.map((vm) => ({ vm, moref: vm.vm.moref })),
    ]);
    const rows = entries.map((entry, place): OutlineRow => {
      const { moref, ...known } = entry;
      this.known.set(
        moref,
        'vm' in known ? { vms: [known.vm], migrated: [] } : { vms: [], migrated: [known.migrated] },
      );
      const role = roles.get(moref);
      return outlineRow({ ...known, place, ...(role !== undefined && { role }) }, again);
    });
    return {
      plan: first.plan,
      problems,
      maxConcurrentVms: first.maxConcurrentVms,
      ...(first.wave !== undefined && { wave: first.wave }),
      vcenterUuid: pages.flatMap(({ vms, migrated = [] }) => [...vms, ...migrated])[0]?.vcenterUuid ?? '',
      rows: refuses(problems) ? [] : rows,
      total: Math.max(first.total, rows.length),
      ...(first.images !== undefined && { images: first.images }),
      next: null,
    };
  }

  /** The VMs that the page's Plan names, as they were resolved before. */
  freeze(request: FreezeRequest): Promise<FrozenPage> {
    this.freezes.push(request);
    const { manifests } = request;
    const problems = this.problemsOf(request);
    if (refuses(problems)) return Promise.resolve({ problems, vms: [], migrated: [] });
    const plan = manifests.find(({ kind }) => kind === 'Plan') as { spec: { vms: { id: string }[] } };
    const found = plan.spec.vms.map(({ id }) => {
      const known = this.known.get(id);
      if (known === undefined) throw ApplicationFailure.nonRetryable(`no VM ${id} was resolved`);
      return known;
    });
    return Promise.resolve({
      problems: [],
      vms: found.flatMap(({ vms }) => vms),
      migrated: found.flatMap(({ migrated }) => migrated),
    });
  }

  private async resolve(request: Omit<OutlineRequest, 'after'>): Promise<ResolvedPage[]> {
    const pages: ResolvedPage[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const page: ResolvedPage = await this.planner().resolvePlan({ ...request, offset });
      pages.push(page);
      offset = page.next;
    }
    return pages;
  }
}
