CREATE TABLE `alert_runs` (
	`account` text NOT NULL,
	`driver` text NOT NULL,
	`started_at` text NOT NULL,
	`last` text,
	PRIMARY KEY(`account`, `driver`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `driver_requests` (
	`account` text NOT NULL,
	`driver` text NOT NULL,
	`function` text NOT NULL,
	`key` text NOT NULL,
	`request` text NOT NULL,
	`claim` text NOT NULL,
	`state` text NOT NULL,
	`answer` text,
	`created_at` text NOT NULL,
	PRIMARY KEY(`account`, `driver`, `function`, `key`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `driver_requests_created_at` ON `driver_requests` (`created_at`);
--> statement-breakpoint
CREATE TRIGGER assignments_delete_alert_runs AFTER DELETE ON assignments WHEN OLD.place = 'alert-driver' BEGIN DELETE FROM alert_runs WHERE account = OLD.account AND driver = OLD.subject; END;
