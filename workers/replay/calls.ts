/** Inside the sandbox: says of everything that workflow code asks of Temporal what it was, and from which line. */
import {
  proxySinks,
  type Sinks,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';

export interface CallSinks extends Sinks {
  calls: {
    /** @param stack as the runtime has it: where it was called */
    called(name: string, stack: string): void;
  };
}

const { calls } = proxySinks<CallSinks>();

function called(name: string): void {
  calls.called(name, new Error().stack ?? '');
}

const outbound: WorkflowOutboundCallsInterceptor = {
  scheduleActivity(input, next) {
    called(input.activityType);
    return next(input);
  },
  scheduleLocalActivity(input, next) {
    called(input.activityType);
    return next(input);
  },
  startChildWorkflowExecution(input, next) {
    called(input.options.workflowId);
    return next(input);
  },
  signalWorkflow(input, next) {
    called(input.signalName);
    return next(input);
  },
  startTimer(input, next) {
    called('timer');
    return next(input);
  },
  continueAsNew(input, next) {
    called('continueAsNew');
    return next(input);
  },
};

export const interceptors = (): WorkflowInterceptors => ({ outbound: [outbound] });
