import { openMemoryWorld } from "./marketo/memoryWorld";
import { openSandboxWorld } from "./marketo/sandboxWorld";
import { marketoContract } from "./marketoContract";

marketoContract("in memory", openMemoryWorld);
marketoContract("connector over the sandbox", openSandboxWorld);
