import type { MessagePortLike } from "../src/protocol/rpc";
import "./logDetail";
import { LogPanel } from "./logPanel";
import type { VsCodeApi } from "./viewState";

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

const port: MessagePortLike = {
  post: (message) => api.postMessage(message),
  listen: (receive) => {
    const listener = (event: MessageEvent<unknown>) => receive(event.data);
    window.addEventListener("message", listener);
    return () => window.removeEventListener("message", listener);
  },
};

const panel = document.querySelector("log-panel");
if (panel instanceof LogPanel) panel.start(api, port);
