import { runTogether } from '../../workers/shutdown';

/** A worker that runs until it is shut down, or breaks when told. */
class FakeWorker {
  private state: 'RUNNING' | 'STOPPED' = 'RUNNING';
  private settle!: { resolve(): void; reject(error: Error): void };
  private readonly running = new Promise<void>((resolve, reject) => (this.settle = { resolve, reject }));

  run = (): Promise<void> => this.running;
  getState = (): 'RUNNING' | 'STOPPED' => this.state;

  shutdown = (): void => {
    if (this.state !== 'RUNNING') throw new Error('not running');
    this.state = 'STOPPED';
    this.settle.resolve();
  };

  fail(error: Error): void {
    this.state = 'STOPPED';
    this.settle.reject(error);
  }
}

test('ends when all workers have drained', async () => {
  const workers = [new FakeWorker(), new FakeWorker()];
  const running = runTogether(workers);
  workers[0]?.shutdown();
  await running;
  expect(workers.map((worker) => worker.getState())).toEqual(['STOPPED', 'STOPPED']);
});

test('a worker that breaks takes the others with it, and its error is told', async () => {
  const broken = new FakeWorker();
  const healthy = new FakeWorker();
  const running = runTogether([healthy, broken]);
  broken.fail(new Error('lost its server'));
  await expect(running).rejects.toThrow('lost its server');
  expect(healthy.getState()).toBe('STOPPED');
});
