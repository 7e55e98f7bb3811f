//! Background work as staff see it.

words! {
    /// Where tasks wait.
    Queue {
        Default = "default",
        Billing = "billing",
        Provisioning = "provisioning",
        Mail = "mail",
    }
}

words! {
    /// How far a task is.
    TaskState {
        /// Written; to be given to a worker.
        Queued = "queued",
        /// Given to Redis; waits for a worker.
        Pending = "pending",
        /// Leased to a worker, or waiting for a person.
        Processing = "processing",
        Completed = "completed",
        /// Gave up after all attempts.
        Failed = "failed",
        Duplicate = "duplicate",
        Cancelled = "cancelled",
    }
}
