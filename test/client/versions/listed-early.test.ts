/** What a Temporal server lists before it can describe it, or describes and does not list: its index lags behind. */
import { once } from 'node:events';
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import type { WorkerVersions } from '../../../client/versions/read';
import { drover } from '../recording-io';

const { v1 } = temporal.api.workflowservice;
const NOT_FOUND = 5;
const VERSIONED = temporal.api.enums.v1.WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED;

let server: Http2Server;
afterEach(() => server.close());

/** Speaks gRPC; `answers` by the name of a call, with the message or with a status. */
async function serve(answers: Record<string, () => Uint8Array | number>): Promise<NodeJS.ProcessEnv> {
  server = createServer();
  server.on('stream', (stream, headers) => {
    const call = headers[':path']?.split('/').at(-1) ?? '';
    const answer = answers[call]?.() ?? new Uint8Array();
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () =>
      stream.sendTrailers({ 'grpc-status': String(typeof answer === 'number' ? answer : 0) }),
    );
    stream.end(typeof answer === 'number' ? undefined : framed(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { TEMPORAL_ADDRESS: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** gRPC writes before each message whether it is compressed, and how long it is. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const deployments = () =>
  v1.ListWorkerDeploymentsResponse.encode({
    workerDeployments: [{ name: 'drover' }, { name: 'early' }],
  }).finish();

const version = (buildId: string) => ({ deploymentName: 'drover', buildId });

const TASK_QUEUES = [{ name: 'drover', type: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW }];

test('is left out until the server can describe it, and the others are listed', async () => {
  const described = [
    () =>
      v1.DescribeWorkerDeploymentResponse.encode({
        workerDeploymentInfo: {
          versionSummaries: ['a', 'b'].map((build) => ({ deploymentVersion: version(build) })),
        },
      }).finish(),
    () => NOT_FOUND,
  ];
  const versions = [
    () => NOT_FOUND,
    () =>
      v1.DescribeWorkerDeploymentVersionResponse.encode({
        workerDeploymentVersionInfo: { deploymentVersion: version('b'), taskQueueInfos: TASK_QUEUES },
      }).finish(),
  ];
  const env = await serve({
    ListWorkerDeployments: deployments,
    DescribeWorkerDeployment: () => described.shift()!(),
    DescribeWorkerDeploymentVersion: () => versions.shift()!(),
  });

  const { code, stdout, stderr } = await drover(env, 'versions', 'list', '-o', 'json');

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((JSON.parse(stdout) as WorkerVersions).versions.map(({ build }) => build)).toEqual(['b']);
});

test('is listed by its workers, where the server does not list its deployment for a moment', async () => {
  const info = { deploymentVersion: version('a'), taskQueueInfos: TASK_QUEUES };
  const env = await serve({
    DescribeTaskQueue: () =>
      v1.DescribeTaskQueueResponse.encode({
        pollers: [
          {
            identity: '7@host',
            lastAccessTime: msToTs(Date.now()),
            deploymentOptions: { ...version('a'), workerVersioningMode: VERSIONED },
          },
        ],
      }).finish(),
    DescribeWorkerDeployment: () =>
      v1.DescribeWorkerDeploymentResponse.encode({
        workerDeploymentInfo: { versionSummaries: [{ deploymentVersion: version('a') }] },
      }).finish(),
    DescribeWorkerDeploymentVersion: () =>
      v1.DescribeWorkerDeploymentVersionResponse.encode({ workerDeploymentVersionInfo: info }).finish(),
  });

  const { code, stdout } = await drover(env, 'versions', 'list', '-o', 'json');

  expect(code).toBe(0);
  expect((JSON.parse(stdout) as WorkerVersions).versions).toMatchObject([
    { build: 'a', workers: ['7@host'] },
  ]);
});
