/** A login at one vCenter or ESXi host, kept as long as vCenter keeps it and renewed once when it does not. */
import { CancelledFailure } from '@temporalio/common';
import { failure } from '../failure';
import { isFault, vcenterFailure } from './faults';
import type { Login } from './login';
import { type RestSession, withRestSession } from './rest-session';
import { type CallOptions, SoapPort } from './soap-port';
import type { Peer } from './tls';
import { child, managedRef, type ManagedRef, reference, requiredRef, requiredText, text } from './vim-value';
import type { Operation } from './wsdl';

/** The singletons of a vCenter or an ESXi host. */
export interface ServiceContent {
  /** Whether a single ESXi host answers, and no vCenter. */
  isHost: boolean;
  /** `about.instanceUuid`; null where an ESXi host answers, which has none. */
  vcenterUuid: string | null;
  rootFolder: ManagedRef;
  propertyCollector: ManagedRef;
  viewManager: ManagedRef;
  sessionManager: ManagedRef;
  eventManager: ManagedRef | null;
  authorizationManager: ManagedRef | null;
  /** Absent where an ESXi host answers. */
  customFieldsManager: ManagedRef | null;
  /** By which vCenter answers what this login may do; null where it said none. Not a secret: no request is let in by it. */
  sessionKey: string | null;
}

/** What a piece of work inside a session may do. */
export interface Vim {
  readonly content: ServiceContent;
  /** The certificate that vCenter was verified by. */
  readonly peer: Peer;
  /**
   * One call; resolves with its `returnval`. Ends early when the work is cancelled, unless `signal: undefined` is given.
   * @throws VimFault for vCenter's faults.
   */
  call(operation: Operation, args: Record<string, unknown>, options?: CallOptions): Promise<unknown>;
  /** Asks vCenter's REST API, in a session of its own. @throws as {@link withRestSession} */
  rest<T>(work: (session: RestSession) => Promise<T>): Promise<T>;
}

/** Milliseconds that a worker waits for the logout when it shuts down: vCenter may not answer. */
const LOGOUT_MS = 5_000;

export const SERVICE_INSTANCE = reference({ type: 'ServiceInstance', value: 'ServiceInstance' });

export class VcenterSession {
  private port: Promise<SoapPort> | null = null;
  private content: Promise<ServiceContent> | null = null;

  constructor(private readonly login: Login) {}

  /**
   * Runs `work` logged in. Where vCenter has ended the session meanwhile, the whole work runs once more after a new
   * login: views and collectors of the old session are gone with it. Work must therefore be safe to run twice.
   * @throws ApplicationFailure whose type is a FailureKind; CancelledFailure when the signal was aborted.
   */
  async run<T>(work: (vim: Vim) => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      const content = this.loggedIn();
      try {
        return await work(await this.vim(content, signal));
      } catch (error) {
        if (!isFault(error, 'NotAuthenticated')) {
          throw error;
        }
        await this.forget(content);
        return await work(await this.vim(this.loggedIn(), signal));
      }
    } catch (error) {
      throw vcenterFailure(error);
    }
  }

  /** Logs out, as well as it can, and closes the connections. */
  async close(): Promise<void> {
    const [port, content] = [this.port, this.content];
    this.port = this.content = null;
    if (content !== null && port !== null) {
      const signal = AbortSignal.timeout(LOGOUT_MS);
      // A session that can't be ended expires by itself.
      await logOut(port, content, signal).catch(() => undefined);
    }
    await port?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }

  private async vim(content: Promise<ServiceContent>, signal: AbortSignal | undefined): Promise<Vim> {
    const singletons = await unlessCancelled(content, signal);
    const port = await this.opened();
    return {
      content: singletons,
      get peer() {
        // There was a login, so there was a handshake.
        return port.peer as Peer;
      },
      call: (operation, args, options) => port.call(operation, args, { signal, ...options }),
      rest: (work) => withRestSession(this.login, work, signal),
    };
  }

  private opened(): Promise<SoapPort> {
    this.port ??= SoapPort.open(this.login.url, this.login.trust);
    return this.port;
  }

  /** One login at a time, shared by all who wait for it; a failed one is not remembered. */
  private loggedIn(): Promise<ServiceContent> {
    if (this.content === null) {
      const attempt = this.logIn();
      this.content = attempt;
      attempt.catch(() => this.forget(attempt));
    }
    return this.content;
  }

  /** Forgets this login, unless a newer login has taken its place. */
  private async forget(content: Promise<ServiceContent>): Promise<void> {
    if (this.content === content) {
      this.content = null;
      (await this.opened()).forgetSession();
    }
  }

  private async logIn(): Promise<ServiceContent> {
    const port = await this.opened();
    const content = readContent(await port.call('RetrieveServiceContent', { _this: SERVICE_INSTANCE }));
    requireEndpoint(content, this.login);
    const session = await port.call('Login', {
      _this: reference(content.sessionManager),
      userName: this.login.user,
      password: this.login.password,
    });
    return { ...content, sessionKey: text(child(session, 'key')) };
  }
}

async function logOut(
  port: Promise<SoapPort>,
  login: Promise<ServiceContent>,
  signal: AbortSignal,
): Promise<void> {
  const { sessionManager } = await unlessCancelled(login, signal);
  await (await port).call('Logout', { _this: reference(sessionManager) }, { signal });
}

/** Other callers may wait for this login, so the login goes on: only the cancelled caller stops waiting. */
async function unlessCancelled<T>(login: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return login;
  let cancel = (): void => undefined;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new CancelledFailure('the wait for the login was cancelled'));
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel);
  });
  try {
    return await Promise.race([login, cancelled]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Before user and password are sent. */
function requireEndpoint({ isHost }: Pick<ServiceContent, 'isHost'>, login: Login): void {
  if (isHost === (login.isHost ?? false)) return;
  throw failure(
    'SourceEndpointWrong',
    isHost
      ? "an ESXi host answers there, and no vCenter: give its vCenter's address, or set sdkEndpoint: esxi if it has none"
      : "no ESXi host answers there: give a host's address, or set sdkEndpoint: vcenter",
  );
}

function readContent(node: unknown): Omit<ServiceContent, 'sessionKey'> {
  const singleton = (name: string) => requiredRef(child(node, name), name);
  const isHost = text(child(node, 'about', 'apiType')) === 'HostAgent';
  const uuid = child(node, 'about', 'instanceUuid');
  return {
    isHost,
    vcenterUuid: isHost ? null : requiredText(uuid, 'about.instanceUuid'),
    rootFolder: singleton('rootFolder'),
    propertyCollector: singleton('propertyCollector'),
    viewManager: singleton('viewManager'),
    sessionManager: singleton('sessionManager'),
    eventManager: managedRef(child(node, 'eventManager')),
    authorizationManager: managedRef(child(node, 'authorizationManager')),
    customFieldsManager: managedRef(child(node, 'customFieldsManager')),
  };
}
