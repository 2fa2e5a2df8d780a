// Entry of the web console, in the browser. It uses the control plane's public API and nothing else. Whatever it shows of scripts
// (names, logs, results) is hostile, and stands in the page as text alone.

import { render } from "preact";
import { App } from "./app.tsx";
import "./style/base.css";
import "./style/controls.css";
import "./style/shell.css";
import "./style/page.css";
import "./style/workbench.css";
import "./style/watch.css";

const root = document.getElementById("console");
if (root === null) throw new Error('Cannot draw the console: the page has no element "console"');
render(<App />, root);
