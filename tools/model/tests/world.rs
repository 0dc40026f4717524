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
    panic::{
        catch_unwind,
        resume_unwind,
        AssertUnwindSafe, //
    },
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
        start_history,
        take_history,
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
        // SAFETY: Dropped below.
        unsafe { mmap_write_lock(self) };
        f();
        // SAFETY: Taken above.
        unsafe { mmap_write_unlock(self) };
    }

    /// Attaches a new VMA.
    fn mmap(&self, vma: &VmaRaw) {
        self.write(|| self.attach(vma));
    }

    /// Takes a VMA from the cache that has been another one, and attaches it.
    pub fn mmap_reused(&self, vma: &VmaRaw) {
        self.write(|| {
            vma.alloc(self);
            self.attach(vma);
        });
    }

    /// Attaches a detached VMA; the mmap lock is held for writing.
    fn attach(&self, vma: &VmaRaw) {
        // SAFETY: The mmap write lock is held, the VMA is this mm's and detached.
        unsafe {
            vma_start_write(vma);
            vma_mark_attached(vma);
        }
        self.tree
            .store(ptr::from_ref(vma).cast_mut(), Ordering::Release);
    }

    /// Detaches the VMA, if there still is one, and frees it; returns whether.
    pub fn munmap(&self) -> bool {
        self.munmap_beside(|| ())
    }

    /// The same; `late` runs once the VMA is write-locked.
    pub fn munmap_beside(&self, late: impl FnOnce()) -> bool {
        let mut found = false;

        self.write(|| {
            let Some(vma) = self.vma() else {
                return;
            };

            // SAFETY: The mmap write lock is held and the VMA is attached.
            unsafe { vma_start_write(vma) };
            vma.modify();
            late();
            self.tree.store(ptr::null_mut(), Ordering::Release);
            // SAFETY: As above; write-locked.
            unsafe { vma_mark_detached(vma) };
            vma.modify();
            vma.free();
            found = true;
        });
        found
    }

    /// The VMA, if there is one.
    ///
    /// The mmap lock is held.
    fn vma(&self) -> Option<&VmaRaw> {
        // SAFETY: A model keeps its VMAs until it ends.
        unsafe { self.tree.load(Ordering::Relaxed).as_ref() }
    }

    /// Write-locks the VMA, if there is one, and writes.
    pub fn mprotect(&self) {
        self.write(|| {
            if let Some(vma) = self.vma() {
                // SAFETY: The mmap write lock is held.
                unsafe { vma_start_write(vma) };
                vma.modify();
            }
        });
    }

    /// The same, and goes on as a reader, first of the mm, then of the VMA alone.
    pub fn mprotect_then_read(&self) {
        // SAFETY: Downgraded and dropped below.
        unsafe { mmap_write_lock(self) };
        let vma = self.vma().unwrap();

        // SAFETY: The mmap lock is held, for writing and then for reading; so is the VMA lock after
        // it.
        unsafe {
            vma_start_write(vma);
            vma.modify();
            mmap_write_downgrade(self);
            assert!(self.fault(), "readers are still kept out");
            assert!(vma_start_read_locked(vma));
            mmap_read_unlock(self);
            vma.inspect();
            vma_end_read(vma);
        }
    }

    /// Write-locks the VMA and writes, but SIGKILL ends the wait; returns whether it was locked.
    pub fn mprotect_killable(&self) -> bool {
        let mut locked = false;

        self.write(|| {
            let vma = self.vma().unwrap();

            // SAFETY: The mmap write lock is held.
            locked = unsafe { vma_start_write_killable(vma) }.is_ok();
            if locked {
                vma.modify();
            }
            // No reader can be seen here, but neither may the flag be left.
            assert_eq!(
                vma.refcnt() & VM_REFCNT_EXCLUDE_READERS_FLAG,
                0,
                "the flag was left behind"
            );
        });
        locked
    }

    /// Finds the VMA under RCU. The kernel looks again if it finds a detached one; a model has had
    /// its reader by then.
    pub fn find(&self) -> (Option<&VmaRaw>, rcu::Guard) {
        let rcu = rcu::read_lock();

        // SAFETY: A model keeps its VMAs until it ends.
        (unsafe { self.tree.load(Ordering::Acquire).as_ref() }, rcu)
    }

    /// Reads the VMA that was found, if it can be locked; returns whether.
    pub fn read(&self, vma: &VmaRaw, rcu: rcu::Guard) -> bool {
        let locked = self.start_read(vma, rcu);

        if locked {
            // SAFETY: Locked above.
            unsafe { self.read_and_end(vma) };
        }
        locked
    }

    /// Read-locks the VMA that was found, if it can be locked; returns whether.
    pub fn start_read(&self, vma: &VmaRaw, rcu: rcu::Guard) -> bool {
        // SAFETY: The VMA was found in this mm under `rcu`.
        unsafe { vma_start_read(self, vma, rcu) }.is_ok()
    }

    /// Reads the VMA and drops its lock.
    ///
    /// # Safety
    ///
    /// The current task holds the read lock.
    pub unsafe fn read_and_end(&self, vma: &VmaRaw) {
        vma.inspect();
        assert!(ptr::eq(vma.vm_mm(), &self.raw), "a VMA of another mm");
        // SAFETY: By the requirement above.
        unsafe { vma_end_read(vma) };
    }

    /// Finds the VMA and reads it; returns whether.
    pub fn fault(&self) -> bool {
        let (vma, rcu) = self.find();

        vma.is_some_and(|vma| self.read(vma, rcu))
    }

    /// The last user goes. C: `exit_mmap`, `mmdrop`.
    pub fn exit(&self) {
        self.munmap();
        // SAFETY: The users' count.
        unsafe { MmRaw::mmdrop(&self.raw) };
    }
}

/// The word, of a VMA that may have been freed.
pub fn word(vma: &VmaRaw) -> u32 {
    let _rcu = rcu::read_lock();

    vma.refcnt()
}

/// A thread that runs as a task of its own.
pub struct Kthread {
    pub task: Rc<Task>,
    thread: JoinHandle<()>,
}

impl Kthread {
    pub fn run(f: impl FnOnce() + 'static) -> Self {
        Self::run_as(Task::new(), f)
    }

    /// A reader that holds `vma` already: it runs `f`, which drops the lock.
    pub fn run_holding(vma: &Rc<VmaRaw>, f: impl FnOnce(&VmaRaw) + 'static) -> Self {
        let task = Task::new();
        let vma = vma.clone();

        vma.lockdep_hand_read_to(&task);
        Self::run_as(task, move || f(&vma))
    }

    fn run_as(task: Rc<Task>, f: impl FnOnce() + 'static) -> Self {
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

/// Something that must happen in at least one run, or the model shows nothing about it.
#[derive(Clone, Default)]
pub struct Seen(Arc<AtomicUsize>);

impl Seen {
    pub fn note(&self, happened: bool) {
        self.0.fetch_add(happened.into(), Relaxed);
    }

    pub fn count(&self) -> u32 {
        self.0.load(Relaxed) as u32
    }

    #[track_caller]
    pub fn assert(&self, what: &str) {
        assert_ne!(self.count(), 0, "no run in which {what}");
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
    let search_all = || {
        let runs = runs.clone();

        builder.check(move || {
            runs.fetch_add(1, Relaxed);
            start_history();
            Task::new().run(&model);
        });
    };
    if let Err(failure) = catch_unwind(AssertUnwindSafe(search_all)) {
        println!(
            "The run that failed, one column for each task:\n{}",
            take_history()
        );
        resume_unwind(failure);
    }

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
