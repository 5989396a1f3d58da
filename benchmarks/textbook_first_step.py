"""One of the processes of `first_step.py`: the script of every tutorial up to its first step, which it tells."""

import os
import sys
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader

from nncompare.training.torchvision_import import import_torchvision

torchvision = import_torchvision()
folder = Path(sys.argv[1])
torchvision.datasets.MNIST.raw_folder = str(folder)  # where the images are, whatever the folder is called

transforms = torchvision.transforms
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
training = torchvision.datasets.MNIST(str(folder.parent), train=True, transform=transform)
model = nn.Sequential(
    *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Flatten(), nn.Dropout(0.25), nn.Linear(64 * 9, 10)),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for images, labels in DataLoader(training, batch_size=64, shuffle=True):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(images), labels).backward()
    optimizer.step()
    print("stepped", flush=True)
    os._exit(0)  # the rest of the epoch is of no interest
