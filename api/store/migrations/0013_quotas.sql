CREATE TABLE `quotas` (
	`id` integer PRIMARY KEY NOT NULL,
	`kv_keys` integer NOT NULL,
	`kv_bytes` integer NOT NULL,
	`jobs_per_hour` integer NOT NULL,
	`userspace_databases` integer NOT NULL,
	`userspace_bytes` integer NOT NULL
);
