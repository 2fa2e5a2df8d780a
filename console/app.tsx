// Which page is at which address.

import type { JSX } from "preact";
import { ErrorBoundary, lazy, LocationProvider, Route, Router } from "preact-iso";
import { AssignmentPage } from "./pages/assignment.tsx";
import { AssignmentsPage } from "./pages/assignments.tsx";
import { AuditPage } from "./pages/audit.tsx";
import { ConnectionsPage } from "./pages/connections.tsx";
import { CustomerPage } from "./pages/customer.tsx";
import { CustomersPage } from "./pages/customers.tsx";
import { OneInvocationPage } from "./pages/invocation.tsx";
import { InvocationsPage } from "./pages/invocations.tsx";
import { JobsPage } from "./pages/jobs.tsx";
import { KvPage } from "./pages/kv.tsx";
import { ModulesPage } from "./pages/modules.tsx";
import { NewScriptPage } from "./pages/new-script.tsx";
import { NodesPage } from "./pages/nodes.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { ScriptsPage } from "./pages/scripts.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { TemplatesPage } from "./pages/templates.tsx";
import { TokensPage } from "./pages/tokens.tsx";
import { DatabasePage } from "./pages/database.tsx";
import { UserspacePage } from "./pages/userspace.tsx";
import { VariablesPage } from "./pages/variables.tsx";
import { Shell } from "./parts/shell.tsx";
import { token } from "./session.ts";

// What is drawn with the editor or with charts comes when it is asked for.
const ScriptPage = lazy(() => import("./pages/script.tsx").then((module) => module.ScriptPage));
const VersionsPage = lazy(() =>
  import("./pages/versions.tsx").then((module) => module.VersionsPage),
);
const ScriptSettingsPage = lazy(() =>
  import("./pages/script-settings.tsx").then((module) => module.ScriptSettingsPage),
);
const ScriptActivityPage = lazy(() =>
  import("./pages/script-activity.tsx").then((module) => module.ScriptActivityPage),
);
const OverviewPage = lazy(() =>
  import("./pages/overview.tsx").then((module) => module.OverviewPage),
);
const SimulatePage = lazy(() =>
  import("./pages/simulate.tsx").then((module) => module.SimulatePage),
);

export function App(): JSX.Element {
  if (token.value === null) return <SignInPage />;
  return (
    <LocationProvider>
      <Shell>
        <ErrorBoundary>
          <Router>
            <Route path="/" component={ScriptsPage} />
            <Route path="/scripts/new" component={NewScriptPage} />
            <Route path="/scripts/:script" component={ScriptPage} />
            <Route path="/scripts/:script/versions" component={VersionsPage} />
            <Route path="/scripts/:script/settings" component={ScriptSettingsPage} />
            <Route path="/scripts/:script/activity" component={ScriptActivityPage} />
            <Route path="/assignments" component={AssignmentsPage} />
            <Route path="/assignments/new" component={AssignmentPage} />
            <Route path="/assignments/:place/:subject/:detail?" component={AssignmentPage} />
            <Route path="/customers" component={CustomersPage} />
            <Route path="/customers/:customer" component={CustomerPage} />
            <Route path="/simulate" component={SimulatePage} />
            <Route path="/overview" component={OverviewPage} />
            <Route path="/invocations" component={InvocationsPage} />
            <Route path="/invocations/:id" component={OneInvocationPage} />
            <Route path="/nodes" component={NodesPage} />
            <Route path="/jobs" component={JobsPage} />
            <Route path="/variables" component={VariablesPage} />
            <Route path="/kv" component={KvPage} />
            <Route path="/userspace" component={UserspacePage} />
            <Route path="/userspace/:database" component={DatabasePage} />
            <Route path="/templates" component={TemplatesPage} />
            <Route path="/connections" component={ConnectionsPage} />
            <Route path="/modules" component={ModulesPage} />
            <Route path="/tokens" component={TokensPage} />
            <Route path="/audit" component={AuditPage} />
            <Route default component={NotFoundPage} />
          </Router>
        </ErrorBoundary>
      </Shell>
    </LocationProvider>
  );
}
