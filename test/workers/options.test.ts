import { readWorkerSettings, requireAllowedImages, settingsWarnings } from '../../workers/options';

test('gives waits a queue of their own, with many slots, and no workflows to run', () => {
  const { main, waits } = readWorkerSettings({});
  expect([main.taskQueue, waits.taskQueue]).toEqual(['drover', 'drover-waits']);
  expect(waits.maxConcurrentActivityTaskExecutions).toBe(200);
  expect(waits).not.toHaveProperty('maxConcurrentWorkflowTaskExecutions');
});

test('every worker, whosever it is, helps to grant transfer slots, and keeps little room for that', () => {
  const { slots } = readWorkerSettings({ DROVER_TASK_QUEUE: 'tenant-a' });
  expect(slots).toMatchObject({
    taskQueue: 'drover-transfer-slots',
    maxConcurrentWorkflowTaskExecutions: 2,
    maxCachedWorkflows: 2,
  });
});

test('works for one tenant, whose queue and whose waits are its own', () => {
  const queues = (name: string) => {
    const { main, waits } = readWorkerSettings({ DROVER_TASK_QUEUE: name });
    return [main.taskQueue, waits.taskQueue];
  };
  expect(queues('tenant-a')).toEqual(['tenant-a', 'tenant-a-waits']);
  for (const bad of [
    'tenant-a-waits',
    'drover-transfer-slots',
    ' tenant',
    '/_sys/x',
    'a b',
    'x'.repeat(101),
  ]) {
    expect(() => queues(bad)).toThrow(/^DROVER_TASK_QUEUE: expected /);
  }
});

test('lets heartbeats through often enough that progress moves', () => {
  const { main, waits } = readWorkerSettings({});
  for (const options of [main, waits]) {
    expect(options).toMatchObject({
      maxHeartbeatThrottleInterval: '2s',
      defaultHeartbeatThrottleInterval: '1s',
    });
  }
});

test('ends waits at once and gives quick activities their time; both are forced after the same time', () => {
  const { main, waits } = readWorkerSettings({ DROVER_SHUTDOWN_GRACE_SECONDS: '20' });
  expect(main).toMatchObject({ shutdownGraceTime: '20s', shutdownForceTime: '25s' });
  expect(waits).toMatchObject({ shutdownGraceTime: '1s', shutdownForceTime: '25s' });
});

test('reads numbers from the environment, and takes an empty variable for none', () => {
  const { main, waits, telemetry, activities } = readWorkerSettings({
    DROVER_WAIT_SLOTS: '500',
    DROVER_ACTIVITY_SLOTS: '',
    DROVER_WATCH_SECONDS: '30',
    DROVER_METRICS: '0.0.0.0:9464',
  });
  expect(waits.maxConcurrentActivityTaskExecutions).toBe(500);
  expect(main.maxConcurrentActivityTaskExecutions).toBe(50);
  expect(activities.watchSeconds).toBe(30);
  expect(telemetry).toEqual({ level: 'info', metricsAddress: '0.0.0.0:9464' });
});

test('listens for metrics where Temporal can be told to: by IP address', () => {
  const metrics = (text: string) => readWorkerSettings({ DROVER_METRICS: text }).telemetry.metricsAddress;
  expect(metrics('localhost:9464')).toBe('127.0.0.1:9464');
  expect(metrics('[::]:9464')).toBe('[::]:9464');
  expect(() => metrics('metrics.example.com:9464')).toThrow(
    /DROVER_METRICS: expected an IP address and a port/,
  );
});

test('reads lists with commas, and tells an empty list from none', () => {
  const allowed = (text?: string) =>
    readWorkerSettings({ DROVER_ALLOWED_IMAGES: text }).activities.allowedImages;
  expect(allowed(' registry.example.com/*, docker.io/vendor/offload,')).toEqual([
    'registry.example.com/*',
    'docker.io/vendor/offload',
  ]);
  expect(allowed(',')).toEqual([]);
  expect(allowed()).toBeNull();
  const { activities } = readWorkerSettings({ DROVER_PLAIN_HTTP_REGISTRIES: 'registry.lab:5000' });
  expect(activities.plainHttpRegistries).toEqual(['registry.lab:5000']);
});

test('warns where any image may run, and refuses a list that does not mean the images of the worker itself', () => {
  const warnings = (env: NodeJS.ProcessEnv) => {
    const settings = readWorkerSettings(env);
    requireAllowedImages(settings);
    return settingsWarnings(settings);
  };
  expect(warnings({})).toEqual([expect.stringContaining('DROVER_ALLOWED_IMAGES is not set')]);
  const listed = { DROVER_ALLOWED_IMAGES: 'registry.example.com/*' };
  expect(() => warnings(listed)).toThrow(
    'DROVER_BINDER_IMAGE: registry.k8s.io/pause:3.10 is not in DROVER_ALLOWED_IMAGES',
  );
  expect(warnings({ ...listed, DROVER_BINDER_IMAGE: 'registry.example.com/pause:3' })).toEqual([]);
  expect(warnings({ DROVER_ALLOWED_IMAGES: 'registry.k8s.io/pause' })).toEqual([]);
  expect(() => warnings({ ...listed, DROVER_XFS_CONVERSION_IMAGE: 'docker.io/acme/convert:el9' })).toThrow(
    'DROVER_ALLOWED_IMAGES; add it there, or name another; DROVER_XFS_CONVERSION_IMAGE: docker.io/acme/convert:el9 is not in',
  );
});

test('reads the namespaces to work in, and refuses what is none', () => {
  const read = (text: string) =>
    readWorkerSettings({ DROVER_TARGET_NAMESPACES: text }).activities.targetNamespaces;
  expect(read('apps, db@api.example.com:6443')).toEqual(['apps', 'db@api.example.com:6443']);
  expect(() => read('apps,My_Apps')).toThrow(/DROVER_TARGET_NAMESPACES: expected namespaces/);
});

test.each([
  ['DROVER_WAIT_SLOTS', 'true', 'expected a whole number'],
  ['DROVER_WAIT_SLOTS', '0x10', 'expected a whole number'],
  ['DROVER_WATCH_SECONDS', '1e2', 'expected a whole number'],
  ['DROVER_LOG_LEVEL', 'INFO', 'expected one of'],
  ['DROVER_CDI_NAMESPACE', '../kube-system', ''],
  ['DROVER_BINDER_IMAGE', 'https://registry.example.com/pause', 'expected an image'],
  ['DROVER_XFS_CONVERSION_IMAGE', 'https://registry.example.com/convert', 'expected an image'],
  ['DROVER_ALLOWED_IMAGES', 'registry.example.com/*,vendor/*', 'expected whole names'],
  ['DROVER_ALLOWED_IMAGES', 'registry.example.com/vendor/offload:1', 'expected whole names'],
  ['DROVER_ALLOWED_IMAGES', 'https://registry.example.com/*', 'expected whole names'],
  ['DROVER_PLAIN_HTTP_REGISTRIES', 'http://registry.lab:5000', 'expected registries'],
])('refuses %s=%s, which would mean nothing, or something else', (name, value, expected) => {
  expect(() => readWorkerSettings({ [name]: value })).toThrow(`${name}: `);
  expect(() => readWorkerSettings({ [name]: value })).toThrow(new RegExp(expected, 'i'));
});

test('names every variable that can not be used', () => {
  const read = () => readWorkerSettings({ DROVER_WAIT_SLOTS: 'many', DROVER_LOG_LEVEL: 'loud' });
  expect(read).toThrow(/DROVER_WAIT_SLOTS: .*DROVER_LOG_LEVEL: /);
});

test('has no version unless it is given one, whose deployment has the name of the task queue', () => {
  const version = (env: NodeJS.ProcessEnv) => readWorkerSettings(env).version;
  expect(version({})).toBeNull();
  expect(version({ DROVER_BUILD_ID: '0.2.0' })).toEqual({ deploymentName: 'drover', buildId: '0.2.0' });
  // Temporal allows no dot there.
  expect(version({ DROVER_BUILD_ID: '0.2.0', DROVER_TASK_QUEUE: 'tenant.a' })).toEqual({
    deploymentName: 'tenant-a',
    buildId: '0.2.0',
  });
  expect(version({ DROVER_BUILD_ID: '1', DROVER_DEPLOYMENT: 'herd' })?.deploymentName).toBe('herd');
});

test('refuses a version that Temporal or its operator could take for something else', () => {
  const refused = (env: NodeJS.ProcessEnv) => (why: string | RegExp) =>
    expect(() => readWorkerSettings(env)).toThrow(why);
  refused({ DROVER_DEPLOYMENT: 'herd' })(
    'DROVER_DEPLOYMENT: it is set without DROVER_BUILD_ID; set both, or neither',
  );
  refused({ DROVER_BUILD_ID: 'unversioned' })(/^DROVER_BUILD_ID: expected another word/);
  for (const build of ['a:b', "a'b", ' a', 'x'.repeat(101)])
    refused({ DROVER_BUILD_ID: build })(/^DROVER_BUILD_ID: expected /);
  refused({ DROVER_BUILD_ID: '1', DROVER_DEPLOYMENT: 'a.b' })(/^DROVER_DEPLOYMENT: expected /);
});
