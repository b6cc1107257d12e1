/** `maxConcurrentDisks` bounds CDI too, which would begin every import of a VM at once: seen from its importers. */
import { Informer } from '../../activities/kubernetes/waiting/informer';
import { type Pod, PODS } from '../../activities/kubernetes/api/kinds';
import { plan, type Route, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const MIB = 1024 * 1024;
const COPY_SECONDS = 3;
const IMPORTED: Route[] = ['block', 'files', 'block', 'files'];

let stage: Stage;

beforeAll(async () => {
  const off = { powerState: 'poweredOff' } as const;
  stage = await Stage.open([vm('one', IMPORTED.slice(1), off), vm('two', IMPORTED, off)]);
  await stage.array.takeAtLeast(COPY_SECONDS);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** Counts importers whose container runs, by every change of any of them. */
class Importers {
  mostAtOnce = 0;
  readonly seen = new Set<string>();
  private readonly informer = new Informer<Pod>(
    {
      api: stage.admin,
      kind: PODS,
      namespace: TARGET_NAMESPACE,
      labelSelector: 'cdi.kubevirt.io=importer',
    },
    { roundSeconds: 300, graceSeconds: 30, lingerSeconds: 0 },
  );

  /** Of so many at the same time. */
  private awaited: { count: number; come: () => void } | null = null;

  /** Resolves when nothing that follows is missed. */
  static async watched(): Promise<Importers> {
    const importers = new Importers();
    await new Promise<void>((listed) => {
      importers.informer.listen({
        matches: () => true,
        onChange: () => {
          importers.count();
          listed();
        },
        onTrouble: (error) => console.error(error),
      });
      void importers.informer.run();
    });
    return importers;
  }

  /** Resolves once so many have run at the same time. */
  atOnce(count: number): Promise<void> {
    return new Promise((come) => {
      this.awaited = { count, come };
      this.count();
    });
  }

  stop(): void {
    this.informer.stop();
  }

  private count(): void {
    const running = this.informer.select(isRunning);
    for (const { metadata } of running) this.seen.add(metadata?.name ?? '');
    this.mostAtOnce = Math.max(this.mostAtOnce, running.length);
    if (this.awaited !== null && this.mostAtOnce >= this.awaited.count) this.awaited.come();
  }
}

/** It reads its disk from its first moment to its last. */
function isRunning({ status }: Pod): boolean {
  return status?.containerStatuses?.some(({ state }) => state?.running !== undefined) ?? false;
}

test.each([
  ['one', 1, 3],
  ['two', 2, 4],
])(
  'of VM %s, never more than %d of its %d imports move bytes at once',
  async (name, maxConcurrentDisks, disks) => {
    const importers = await Importers.watched();
    // The first ones wait for each other, however long a busy machine takes to start them.
    await stage.array.hold(name);
    const { wave, vm: named } = await stage.start(
      plan(stage.whole.lab.state, [name], { drover: { maxConcurrentDisks }, skipConversion: true }),
    );
    await importers.atOnce(maxConcurrentDisks);
    await stage.array.release();
    await stage.succeeded(wave);
    importers.stop();

    expect(importers.seen.size).toBe(disks);
    expect(importers.mostAtOnce).toBe(maxConcurrentDisks);
    const result = await stage.result(named(name));
    expect(await stage.verdicts(result)).toEqual(Array(disks).fill({ equal: true, bytes: 16 * MIB }));
    expect((await stage.contents()).filter((object) => object.startsWith('secrets/'))).toEqual([]);
  },
);
