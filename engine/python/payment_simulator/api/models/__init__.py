"""What requests and answers look like. Money is integer cents, time is ticks counted from 0."""
