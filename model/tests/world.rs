// SPDX-License-Identifier: GPL-2.0

//! What the models are made of: an mm with room for one VMA, tasks, and the search itself.

use loom::{
    sync::atomic::{
        AtomicPtr,
        Ordering, //
    },
    thread::{
        self,
        JoinHandle, //
    },
};
use std::{
    io::Write as _,
    ops::Deref,
    ptr,
    rc::Rc,
    sync::{
        atomic::{
            AtomicUsize,
            Ordering::Relaxed, //
        },
        Arc, //
    },
    time::Instant, //
};
use vma_lock::{
    sys::{
        rcu,
        MmRaw,
        Task,
        VmaRaw, //
    },
    *, //
};

/// An mm. The tree of VMAs is one slot, which readers look up under RCU.
pub struct Mm {
    raw: MmRaw,
    tree: AtomicPtr<VmaRaw>,
}

impl Deref for Mm {
    type Target = MmRaw;

    fn deref(&self) -> &MmRaw {
        &self.raw
    }
}

impl Mm {
    pub fn new() -> Rc<Self> {
        Rc::new(Self {
            raw: MmRaw::new(),
            tree: AtomicPtr::new(ptr::null_mut()),
        })
    }

    /// An mm with a VMA.
    pub fn with_vma() -> (Rc<Self>, Rc<VmaRaw>) {
        let mm = Self::new();
        let vma = Rc::new(VmaRaw::new(&mm));

        mm.mmap(&vma);
        (mm, vma)
    }

    /// Runs `f` under the mmap write lock.
    pub fn write(&self, f: impl FnOnce()) {
        mmap_write_lock(self);
        f();
        // SAFETY: Taken above.
        unsafe { mmap_write_unlock(self) };
    }

    /// Attaches a detached VMA.
    pub fn mmap(&self, vma: &VmaRaw) {
        self.write(|| {
            // SAFETY: The mmap write lock is held, the VMA is this mm's and detached.
            unsafe {
                vma_start_write(vma);
                vma_mark_attached(vma);
            }
            self.tree
                .store(ptr::from_ref(vma).cast_mut(), Ordering::Release);
        });
    }

    /// Detaches the VMA, if there still is one, and frees it; returns whether.
    pub fn munmap(&self) -> bool {
        let mut found = false;

        self.write(|| {
            // SAFETY: A model keeps its VMAs until it ends.
            let Some(vma) = (unsafe { self.tree.load(Ordering::Relaxed).as_ref() }) else {
                return;
            };

            // SAFETY: The mmap write lock is held and the VMA is attached.
            unsafe { vma_start_write(vma) };
            vma.modify();
            self.tree.store(ptr::null_mut(), Ordering::Release);
            // SAFETY: As above; write-locked.
            unsafe { vma_mark_detached(vma) };
            vma.modify();
            vma.free();
            found = true;
        });
        found
    }

    /// Write-locks the VMA and writes.
    pub fn mprotect(&self, vma: &VmaRaw) {
        self.write(|| {
            // SAFETY: The mmap write lock is held.
            unsafe { vma_start_write(vma) };
            vma.modify();
        });
    }

    /// Read-locks the VMA. `lock_vma_under_rcu` over a tree of one slot.
    pub fn lock_vma(&self) -> Option<&VmaRaw> {
        loop {
            let rcu = rcu::read_lock();
            // SAFETY: A model keeps its VMAs until it ends.
            let vma = unsafe { self.tree.load(Ordering::Acquire).as_ref() }?;

            // SAFETY: The VMA was found in this mm under `rcu`.
            match unsafe { vma_start_read(self, vma, rcu) } {
                Ok(_) => return Some(vma),
                Err(StartReadError::Contended) => return None,
                // Until the slot says so too.
                Err(StartReadError::Detached) => loom::thread::yield_now(),
            }
        }
    }

    /// Reads the VMA, if it can be locked; returns whether.
    pub fn fault(&self) -> bool {
        let Some(vma) = self.lock_vma() else {
            return false;
        };

        vma.inspect();
        // SAFETY: Locked above.
        unsafe { vma_end_read(vma) };
        true
    }

    /// The last user goes. C: `exit_mmap`, `mmdrop`.
    pub fn exit(&self) {
        self.munmap();
        // SAFETY: The users' count.
        unsafe { MmRaw::mmdrop(&self.raw) };
    }
}

/// A thread that runs as a task of its own.
pub struct Kthread {
    pub task: Rc<Task>,
    thread: JoinHandle<()>,
}

impl Kthread {
    pub fn run(f: impl FnOnce() + 'static) -> Self {
        let task = Task::new();
        let thread = thread::spawn({
            let task = task.clone();
            move || task.run(f)
        });

        Self { task, thread }
    }

    pub fn join(self) {
        self.thread.join().unwrap();
    }
}

/// How much of the space is searched.
#[derive(Clone, Copy)]
pub enum Search {
    All,
    /// With at most so many preemptions in a run: where all would take too long.
    Preemptions(usize),
}

/// Runs `model` in every interleaving; says how many there were.
pub fn explore(name: &str, search: Search, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    let runs = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();

    builder.max_branches = 10_000;
    if let Search::Preemptions(n) = search {
        builder.preemption_bound = Some(n);
    }
    builder.check({
        let runs = runs.clone();
        move || {
            runs.fetch_add(1, Relaxed);
            Task::new().run(&model);
        }
    });

    let scope = match search {
        Search::All => "all interleavings".to_owned(),
        Search::Preemptions(n) => format!("all with up to {n} preemptions"),
    };
    // Not by println!, which the test harness keeps to itself.
    let _ = writeln!(
        std::io::stderr(),
        "  {:<7} {name:<32} {:>9} {scope}, {:.1} s",
        "LOOM",
        runs.load(Relaxed),
        start.elapsed().as_secs_f64(),
    );
}
