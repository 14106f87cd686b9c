/** A debugger that stands at a line as soon as it is started, goes on when it is told to, and stands again when it is paused. */
const vscode = require('vscode');

class Adapter {
  #sent = new vscode.EventEmitter();
  onDidSendMessage = this.#sent.event;
  #seq = 0;
  #program = '';

  handleMessage({ type, command, seq, arguments: given }) {
    if (type !== 'request') return;
    const answer = (body) => this.#send({ type: 'response', request_seq: seq, command, success: true, body });
    switch (command) {
      case 'initialize':
        answer({ supportsConfigurationDoneRequest: true });
        return this.#event('initialized');
      case 'launch':
        this.#program = given.program;
        return answer();
      case 'configurationDone':
        answer();
        return this.#event('stopped', { reason: 'entry', threadId: 1, allThreadsStopped: true });
      case 'setBreakpoints':
        return answer({ breakpoints: given.breakpoints.map(({ line }) => ({ verified: true, line })) });
      case 'threads':
        return answer({ threads: [{ id: 1, name: 'main' }] });
      case 'stackTrace':
        return answer({
          stackFrames: [{ id: 1, name: 'main', line: 1, column: 1, source: { name: 'program.txt', path: this.#program } }],
          totalFrames: 1,
        });
      case 'scopes':
        return answer({ scopes: [] });
      case 'pause':
        answer();
        return this.#event('stopped', { reason: 'pause', threadId: 1, allThreadsStopped: true });
      case 'continue':
        return answer({ allThreadsContinued: true });
      case 'disconnect':
        answer();
        return this.#event('terminated');
      default:
        return answer();
    }
  }

  dispose() {
    this.#sent.dispose();
  }

  #event(event, body) {
    this.#send({ type: 'event', event, body });
  }

  #send(message) {
    this.#sent.fire({ seq: ++this.#seq, ...message });
  }
}

exports.activate = (context) => {
  const createDebugAdapterDescriptor = () => new vscode.DebugAdapterInlineImplementation(new Adapter());
  context.subscriptions.push(vscode.debug.registerDebugAdapterDescriptorFactory('other', { createDebugAdapterDescriptor }));
};
